import { setImmediate as turn } from 'node:timers/promises';
import { ClientStalledError } from './client-stalled.error.js';

/** The connection of a client, as Node has it. */
export interface ClientSocket {
  readonly writableNeedDrain?: boolean;
  readonly destroyed?: boolean;
  setTimeout?(timeoutMs: number): unknown;
  once?(event: 'drain' | 'close' | 'timeout', listener: () => void): unknown;
  off?(event: 'drain' | 'close' | 'timeout', listener: () => void): unknown;
  destroy?(): unknown;
}

/** A request of Express, or of Fastify, which has the one of Node inside. @publicApi */
export interface SseRequest {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly socket?: object;
  readonly httpVersionMajor?: number;
  readonly raw?: { readonly socket?: object; readonly httpVersionMajor?: number };
}

/** Waits for the client of a request to read what it was sent. */
export class SseClient {
  private readonly socket: ClientSocket | undefined;

  constructor(
    request: SseRequest,
    private readonly stallTimeoutMs: number,
  ) {
    const { socket, httpVersionMajor = 1 } = request.raw ?? request;
    // One of HTTP/2 is that of other streams as well.
    if (httpVersionMajor === 1) this.socket = socket;
  }

  /** Whether it has not read yet what it was sent. */
  get isBlocked(): boolean {
    return this.socket?.writableNeedDrain === true;
  }

  /** @throws ClientStalledError, and closes the connection, when the client reads nothing for too long */
  async room(): Promise<void> {
    // What was given on is on its way to the socket then.
    await turn();
    const { socket } = this;
    if (!socket?.writableNeedDrain || socket.destroyed) return;
    if (await this.drained(socket)) return;
    socket.destroy?.();
    throw new ClientStalledError(this.stallTimeoutMs);
  }

  /** False when nothing of what waits was taken for so long: the time of a socket begins anew with whatever is. */
  private drained(socket: ClientSocket): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (isDrained: boolean): void => {
        socket.setTimeout?.(0);
        socket.off?.('drain', onDrain);
        socket.off?.('close', onDrain);
        socket.off?.('timeout', onTimeout);
        resolve(isDrained);
      };
      const onDrain = (): void => end(true);
      const onTimeout = (): void => end(false);
      socket.once?.('drain', onDrain);
      socket.once?.('close', onDrain);
      socket.once?.('timeout', onTimeout);
      socket.setTimeout?.(this.stallTimeoutMs);
    });
  }
}
