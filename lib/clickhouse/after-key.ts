/**
 * The condition that a row stands behind another one in the order of a key. A comparison of tuples would say the same,
 * but the server looks at every row for that; this way it goes to the place by the index.
 *
 * @param key the columns of the key, each with the parameter that has its value in the other row
 */
export function afterKey(key: readonly (readonly [column: string, param: string])[]): string {
  return key.reduceRight((behind, [column, param]) => {
    const isGreater = `${column} > ${param}`;
    return behind === '' ? isGreater : `(${isGreater} OR (${column} = ${param} AND ${behind}))`;
  }, '');
}
