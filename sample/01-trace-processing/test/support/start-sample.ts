import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from '../../src/app.module.js';
import { configureApp } from '../../src/configure-app.js';
import type { ReceiptDto } from '../../src/http/receipt.dto.js';

/** Small, so that a test can exceed it at once. */
export const MAX_BODY_BYTES = 200_000;

export interface RunningSample {
  readonly app: NestExpressApplication;
  /** Such as `http://127.0.0.1:34567`. */
  readonly url: string;
  /** `fetch` with the tenant's header, and JSON both ways. */
  get<T>(path: string, tenant?: string, token?: string): Promise<{ readonly status: number; readonly body: T }>;
  /** Sends an OTLP export. */
  post(body: unknown, tenant?: string): Promise<Response>;
  /** Sends a command as JSON. */
  command<T = ReceiptDto>(
    path: string,
    body?: unknown,
    options?: { readonly tenant?: string; readonly key?: string },
  ): Promise<{ readonly status: number; readonly body: T }>;
}

/** The whole sample as `main.ts` starts it, on the memory store and a free port. */
export async function startSample(): Promise<RunningSample> {
  process.env['STORE'] = 'memory';
  const app = await NestFactory.create<NestExpressApplication>(AppModule, { bodyParser: false, logger: false });
  configureApp(app, MAX_BODY_BYTES);
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  return {
    app,
    url,
    async get<T>(path: string, tenant = 'acme', token?: string) {
      const headers = { 'x-tenant-id': tenant, ...(token !== undefined && { 'consistency-token': token }) };
      const response = await fetch(url + path, { headers });
      return { status: response.status, body: (await response.json()) as T };
    },
    post: (body, tenant = 'acme') =>
      fetch(`${url}/v1/traces`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-tenant-id': tenant },
        body: JSON.stringify(body),
      }),
    async command<T>(
      path: string,
      body: unknown = {},
      { tenant = 'acme', key }: { tenant?: string; key?: string } = {},
    ) {
      const response = await fetch(url + path, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-tenant-id': tenant,
          ...(key !== undefined && { 'idempotency-key': key }),
        },
        body: JSON.stringify(body),
      });
      return { status: response.status, body: (await response.json()) as T };
    },
  };
}
