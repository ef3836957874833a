/** A list as the text of an array, for a parameter: the planner can see its elements, unlike those of a subquery. */
export function arrayLiteral(elements: readonly (string | number | null)[]): string {
  return `{${elements.map(toElement).join(',')}}`;
}

function toElement(element: string | number | null): string {
  return typeof element === 'string' ? `"${element.replace(/[\\"]/g, '\\$&')}"` : String(element ?? 'NULL');
}
