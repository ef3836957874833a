const REQUEST_TIMEOUT_MS = 10_000;

/** The part of `GET /traces/:traceId` that the demo looks at. */
export interface TraceAnswer {
  readonly summary: Readonly<Record<string, unknown>> & { readonly spans: number; readonly errors: number };
  readonly spans: readonly { readonly spanId: string }[];
}

/** Talks to the running sample as one tenant. */
export class SampleClient {
  constructor(
    private readonly baseUrl: string,
    readonly tenant: string,
  ) {}

  /** `null` when the trace is not there, or not yet. */
  async getTrace(traceId: string): Promise<TraceAnswer | null> {
    return await this.get<TraceAnswer>(`/traces/${traceId}`);
  }

  async countTraces(): Promise<number> {
    return await this.count('/traces');
  }

  /** How many items a list has on all its pages. */
  async count(path: string): Promise<number> {
    const page = await this.get<{ readonly total: number }>(`${path}?pageSize=1`);
    return page?.total ?? 0;
  }

  /** `null` when there is no such thing, or not yet. */
  async get<T>(path: string): Promise<T | null> {
    const response = await this.request(path, {});
    if (response.status === 404) return null;
    if (!response.ok) throw new Error(`GET ${path} was answered with ${response.status}: ${await response.text()}`);
    return (await response.json()) as T;
  }

  /** Sends a command. @throws Error when it was not stored or queued */
  async send(path: string, body: object = {}): Promise<void> {
    const response = await this.request(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answer = await response.text();
    if (!response.ok) throw new Error(`POST ${path} was answered with ${response.status}: ${answer}`);
  }

  private request(path: string, { headers, ...init }: RequestInit): Promise<Response> {
    return fetch(this.baseUrl + path, {
      ...init,
      headers: { ...headers, 'x-tenant-id': this.tenant },
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
  }
}
