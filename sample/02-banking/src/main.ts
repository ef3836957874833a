import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module.js';
import { API_DOCS_PATH, configureApp } from './configure-app.js';
import { readSettings } from './settings.js';

const logger = new Logger('Banking');

async function bootstrap(): Promise<void> {
  const { host, port } = readSettings(process.env);
  const app = await NestFactory.create<NestExpressApplication>(AppModule, { bodyParser: false });
  configureApp(app);
  try {
    await app.listen(port, host);
  } catch (error) {
    await app.close();
    throw error;
  }
  const url = await app.getUrl();
  logger.log(`Listening on ${url} (try ${url}/${API_DOCS_PATH})`);
}

bootstrap().catch((error: unknown) => {
  logger.error(`Could not start: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
