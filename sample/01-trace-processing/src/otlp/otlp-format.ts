/** The two encodings of OTLP over HTTP. */
export type OtlpFormat = 'protobuf' | 'json';

export const OTLP_CONTENT_TYPES: Readonly<Record<OtlpFormat, string>> = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
};

/** The format that a `Content-Type` header names, or `null` when it is none of OTLP's. */
export function otlpFormat(contentType: string | undefined): OtlpFormat | null {
  const mediaType = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  if (mediaType === OTLP_CONTENT_TYPES.protobuf) return 'protobuf';
  if (mediaType === OTLP_CONTENT_TYPES.json) return 'json';
  return null;
}
