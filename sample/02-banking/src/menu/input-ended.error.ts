/** There is nobody any more who could answer. */
export class InputEndedError extends Error {
  constructor() {
    super('The input has ended.');
  }
}
