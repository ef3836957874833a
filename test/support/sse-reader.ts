import { get, type IncomingMessage } from 'node:http';

/** A message of a live stream, as a client gets it. */
export interface SseMessage {
  readonly id?: string;
  readonly event?: string;
  readonly data?: string;
}

/** A client of `@Sse()`, which remembers the last id as browsers do. */
export class SseReader {
  readonly messages: SseMessage[] = [];
  lastEventId: string | undefined;
  isClosed = false;
  private rest = '';

  private constructor(readonly response: IncomingMessage) {
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => this.take(chunk));
    response.on('error', () => undefined);
    response.on('close', () => (this.isClosed = true));
  }

  static open(url: string, lastEventId?: string): Promise<SseReader> {
    return new Promise((resolve, reject) => {
      const headers = {
        accept: 'text/event-stream',
        ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
      };
      get(url, { headers, agent: false }, (response) => resolve(new SseReader(response))).on('error', reject);
    });
  }

  /** Those that carry data. */
  get events(): readonly SseMessage[] {
    return this.messages.filter(({ data }) => data !== undefined);
  }

  close(): void {
    this.response.destroy();
  }

  private take(chunk: string): void {
    const parts = (this.rest + chunk).split('\n\n');
    this.rest = parts.pop()!;
    for (const part of parts) {
      const fields = part
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith(':'))
        .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)] as const);
      if (fields.length === 0) continue;
      const message: SseMessage = Object.fromEntries(fields);
      if (message.id !== undefined) this.lastEventId = message.id;
      this.messages.push(message);
    }
  }
}
