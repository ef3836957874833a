const REQUEST_TIMEOUT_MS = 10_000;

/** The part of `GET /traces/:traceId` that the demo looks at. */
export interface TraceAnswer {
  readonly summary: Readonly<Record<string, unknown>> & { readonly spans: number; readonly errors: number };
  readonly spans: readonly { readonly spanId: string }[];
}

/** Reads the running sample as one tenant. */
export class SampleClient {
  constructor(
    private readonly baseUrl: string,
    private readonly tenant: string,
  ) {}

  /** `null` when the trace is not there, or not yet. */
  async getTrace(traceId: string): Promise<TraceAnswer | null> {
    return (await this.get(`/traces/${traceId}`)) as TraceAnswer | null;
  }

  async countTraces(): Promise<number> {
    const page = (await this.get('/traces?pageSize=1')) as { readonly total: number } | null;
    return page?.total ?? 0;
  }

  private async get(path: string): Promise<unknown> {
    const response = await fetch(this.baseUrl + path, {
      headers: { 'x-tenant-id': this.tenant },
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    if (response.status === 404) return null;
    if (!response.ok) throw new Error(`GET ${path} was answered with ${response.status}: ${await response.text()}`);
    return response.json();
  }
}
