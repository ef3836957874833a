import type { INestApplication } from '@nestjs/common';

/** What a server answered. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly token: string | undefined;
  readonly consistency: string | undefined;
  readonly retryAfter: string | undefined;
}

/** Requests as a browser sends them, to an application that listens. */
export class HttpClient {
  private constructor(private readonly url: string) {}

  static async to(app: INestApplication): Promise<HttpClient> {
    await app.listen(0, '127.0.0.1');
    return new HttpClient(await app.getUrl());
  }

  post(path: string, body: object): Promise<HttpAnswer> {
    return this.send(path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });
  }

  get(path: string, token?: string, more: Record<string, string> = {}): Promise<HttpAnswer> {
    return this.send(path, { headers: { ...more, ...(token !== undefined && { 'consistency-token': token }) } });
  }

  private async send(path: string, init: RequestInit): Promise<HttpAnswer> {
    const response = await fetch(this.url + path, init);
    const header = (name: string): string | undefined => response.headers.get(name) ?? undefined;
    return {
      status: response.status,
      body: (await response.json()) as Record<string, unknown>,
      token: header('consistency-token'),
      consistency: header('consistency-status'),
      retryAfter: header('retry-after'),
    };
  }
}
