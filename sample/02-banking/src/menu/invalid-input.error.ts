/** An answer is none to the question. The message says what would be. */
export class InvalidInputError extends Error {}
