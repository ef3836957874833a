import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import { textProblem } from '../tenancy/text-problem.js';

/** Most tags of one event. */
export const MAX_TAGS = 32;

/** Most UTF-8 bytes of one tag. */
export const MAX_TAG_BYTES = 256;

/** Checks the tags of an event or a query and returns a copy of them. @throws InvalidArgumentError */
export function checkTags(field: string, tags: unknown): readonly string[] {
  if (!Array.isArray(tags)) throw new InvalidArgumentError(field, 'must be an array of tags');
  if (tags.length > MAX_TAGS) {
    throw new InvalidArgumentError(field, `must not hold more than ${MAX_TAGS} tags, but holds ${tags.length}`);
  }
  tags.forEach((tag, index) => {
    const problem = textProblem(tag, MAX_TAG_BYTES);
    if (problem !== null) throw new InvalidArgumentError(`${field}[${index}]`, problem);
  });
  if (new Set(tags).size < tags.length) throw new InvalidArgumentError(field, 'must not hold a tag twice');
  return Object.freeze([...(tags as readonly string[])]);
}
