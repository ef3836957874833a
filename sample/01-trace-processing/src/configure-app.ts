import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { OTLP_CONTENT_TYPES } from './otlp/otlp-format.js';

/** Where the Swagger UI is. */
export const API_DOCS_PATH = 'api';

/**
 * What an application needs beside its modules; tests call it as well. Create it with `bodyParser: false`: bodies are
 * OTLP, and read as raw bytes, after decompression, up to a limit.
 */
export function configureApp(app: NestExpressApplication, maxBodyBytes: number): void {
  app.useBodyParser('raw', { type: Object.values(OTLP_CONTENT_TYPES), limit: maxBodyBytes });
  app.enableShutdownHooks();

  const document = new DocumentBuilder()
    .setTitle('Trace processing')
    .setDescription('OpenTelemetry traces as event streams, and what projections make of them')
    .build();
  SwaggerModule.setup(API_DOCS_PATH, app, () => SwaggerModule.createDocument(app, document));
}
