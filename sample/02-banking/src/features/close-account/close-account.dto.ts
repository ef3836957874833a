/** The body of the request, which says nothing more. */
export class CloseAccountDto {}
