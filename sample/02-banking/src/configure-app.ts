import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';

/** Where the Swagger UI is. */
export const API_DOCS_PATH = 'api';

const MAX_BODY_BYTES = 100_000;

/** What an application needs beside its modules; tests call it as well. Create it with `bodyParser: false`. */
export function configureApp(app: NestExpressApplication): void {
  app.useBodyParser('json', { limit: MAX_BODY_BYTES, reviver: toWellFormed });
  app.enableShutdownHooks();

  const document = new DocumentBuilder()
    .setTitle('Banking')
    .setDescription('Accounts and what moves between them, as events. All amounts are cents.')
    .build();
  SwaggerModule.setup(API_DOCS_PATH, app, () => SwaggerModule.createDocument(app, document));
}

/** Lone surrogates, which stores cannot keep unchanged, become U+FFFD. */
function toWellFormed(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replace(/\p{Surrogate}/gu, '\ufffd') : value;
}
