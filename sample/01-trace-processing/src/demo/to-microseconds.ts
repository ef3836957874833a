/** A time of the SDK as microseconds since the epoch. */
export function toMicroseconds([seconds, nanoseconds]: readonly [number, number]): number {
  return seconds * 1_000_000 + Math.floor(nanoseconds / 1_000);
}
