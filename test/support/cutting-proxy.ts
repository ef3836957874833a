import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * What happens to one request.
 *
 * - `pass`: it goes through.
 * - `refuse`: the connection breaks before the server sees anything of it.
 * - `cut`: the server gets all of it, and the connection breaks when it answers.
 * - `{ delayMs }`: the connection of the client breaks at once, and the server gets all of it so much later.
 * - `{ slowMs }`: the server gets all of it so much later, and the client gets the answer.
 */
export type Fate = 'pass' | 'refuse' | 'cut' | { readonly delayMs: number } | { readonly slowMs: number };

/** What stands at the end of a chunked body. The client sends inserts in chunks. */
const END_OF_BODY = '0\r\n\r\n';

/** A TCP proxy in front of an HTTP server that breaks connections in the middle of requests. */
export class CuttingProxy {
  /** Decides about each request from its first line and headers. */
  fate: (head: string) => Fate = () => 'pass';
  private readonly sockets = new Set<Socket>();
  private readonly late: Promise<void>[] = [];

  private constructor(
    private readonly server: Server,
    private readonly targetPort: number,
  ) {
    server.on('connection', (client) => this.serve(client));
  }

  /** Listens on the loopback interface in front of `url`; on a free port unless given. */
  static async start(url: string, port = 0): Promise<CuttingProxy> {
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    return new CuttingProxy(server, Number(new URL(url).port));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as { port: number }).port}`;
  }

  /** Resolves when the server has answered every delayed request. */
  async settled(): Promise<void> {
    await Promise.all(this.late);
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private serve(client: Socket): void {
    const upstream = this.open();
    this.track(client);
    let current: Fate = 'pass';
    let held: Buffer[] = [];
    client.on('data', (chunk: Buffer) => {
      if (/^(POST|GET) /.test(chunk.toString('latin1', 0, 5))) {
        current = this.fate(decodeURIComponent(chunk.toString('latin1').split('\r\n\r\n', 1)[0]!.replaceAll('+', ' ')));
        held = [];
        if (current === 'refuse') {
          client.destroy();
          upstream.destroy();
          return;
        }
      }
      if (typeof current === 'string') {
        upstream.write(chunk);
        return;
      }
      held.push(chunk);
      if (!chunk.toString('latin1').endsWith(END_OF_BODY)) return;
      const request = Buffer.concat(held);
      if ('slowMs' in current) {
        setTimeout(() => upstream.write(request), current.slowMs);
        return;
      }
      client.destroy();
      upstream.destroy();
      this.late.push(this.deliver(request, current.delayMs));
    });
    upstream.on('data', (chunk: Buffer) => {
      if (current === 'cut') {
        client.destroy();
        upstream.destroy();
      } else client.write(chunk);
    });
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  }

  /** Resolves when the server has answered, or hung up. */
  private async deliver(request: Buffer, delayMs: number): Promise<void> {
    await sleep(delayMs);
    const upstream = this.open();
    upstream.write(request);
    await Promise.race([once(upstream, 'data'), once(upstream, 'close')]);
    upstream.destroy();
  }

  private open(): Socket {
    const socket = connect(this.targetPort, '127.0.0.1');
    this.track(socket);
    return socket;
  }

  /** A socket that breaks is the purpose here, not a failure. */
  private track(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.sockets.delete(socket));
  }
}
