import type { IncomingMessage } from 'node:http';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { otlpFormat } from './otlp/otlp-format.js';

/** Where the Swagger UI is. */
export const API_DOCS_PATH = 'api';

/** Where exporters send OTLP, whose JSON this application decodes itself. */
const OTLP_PATH = '/v1/';

/**
 * What an application needs beside its modules; tests call it as well. Create it with `bodyParser: false`: bodies are
 * OTLP, read as raw bytes, or else JSON; both after decompression, up to a limit.
 */
export function configureApp(app: NestExpressApplication, maxBodyBytes: number): void {
  app.useBodyParser('raw', { type: isOtlp, limit: maxBodyBytes });
  app.useBodyParser('json', { limit: maxBodyBytes, reviver: toWellFormed });
  app.enableShutdownHooks();

  const document = new DocumentBuilder()
    .setTitle('Trace processing')
    .setDescription(
      'Traces, evaluations, experiments and simulations as event streams, and what projections make of them',
    )
    .build();
  SwaggerModule.setup(API_DOCS_PATH, app, () => SwaggerModule.createDocument(app, document));
}

/** Express compares paths without regard to case. */
function isOtlp({ url = '', headers }: IncomingMessage): boolean {
  return url.toLowerCase().startsWith(OTLP_PATH) && otlpFormat(headers['content-type']) !== null;
}

/** Lone surrogates, which stores cannot keep unchanged, become U+FFFD, as they do in OTLP. */
function toWellFormed(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replace(/\p{Surrogate}/gu, '\ufffd') : value;
}
