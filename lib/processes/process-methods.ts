/** Keeps what a decorator says of a method on the prototype, behind what its parents say. */
export function addMethod(target: object, key: symbol, metadata: object): void {
  Object.defineProperty(target, key, { value: [...methodsOf(target, key), metadata], configurable: true });
}

export function methodsOf<T>(prototype: object, key: symbol): readonly T[] {
  return (prototype as Record<symbol, readonly T[]>)[key] ?? [];
}
