/** Keeps what a decorator says of a method on the prototype, behind what its parents say. */
export function markMethod(target: object, key: symbol, metadata: object): void {
  Object.defineProperty(target, key, { value: [...markedMethods(target, key), metadata], configurable: true });
}

export function markedMethods<T>(prototype: object, key: symbol): readonly T[] {
  return (prototype as Record<symbol, readonly T[]>)[key] ?? [];
}
