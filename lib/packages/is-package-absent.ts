/**
 * Whether a package could not be loaded since it is not installed. One that is there but lacks a dependency of its own fails
 * with the same code, so the name must match too.
 */
export function isPackageAbsent(error: unknown, name: string): boolean {
  // Test runners with module systems of their own throw errors of another realm.
  if (typeof error !== 'object' || error === null || !('code' in error) || !('message' in error)) return false;
  if (error.code !== 'ERR_MODULE_NOT_FOUND' && error.code !== 'MODULE_NOT_FOUND') return false;
  const firstLine = String(error.message).split('\n', 1)[0] ?? '';
  return firstLine.includes(`'${name}'`) || firstLine.includes(`'${name}/`);
}
