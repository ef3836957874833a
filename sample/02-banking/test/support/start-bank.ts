import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from '../../src/app.module.js';
import { configureApp } from '../../src/configure-app.js';

const VARIABLES = ['STORE', 'DATABASE_URL', 'DATA_DIR', 'REDIS_URL'];

export interface RunningBank {
  readonly app: NestExpressApplication;
  /** Such as `http://127.0.0.1:34567`. */
  readonly url: string;
}

/** The whole sample as `main.ts` starts it, on a free port. */
export async function startBank(env: Readonly<Record<string, string>>): Promise<RunningBank> {
  for (const variable of VARIABLES) delete process.env[variable];
  Object.assign(process.env, env);
  const app = await NestFactory.create<NestExpressApplication>(AppModule, { bodyParser: false, logger: false });
  configureApp(app);
  await app.listen(0, '127.0.0.1');
  return { app, url: await app.getUrl() };
}
