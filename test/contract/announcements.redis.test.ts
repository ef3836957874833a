import { RedisChannel } from '../../lib/redis/redis-channel.js';
import { RedisConnection } from '../../lib/redis/redis-connection.js';
import { startTestRedis, type TestRedis } from '../support/redis-server.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { announcementsSuite } from './announcements.suite.js';

let server: TestRedis;
let proxy: TcpProxy;
const connect = (): Promise<RedisConnection> => RedisConnection.open({ host: server.host, port: proxy.port });

announcementsSuite({
  name: 'through Redis',
  start: async () => {
    server = await startTestRedis();
    proxy = await TcpProxy.start(server.port);
  },
  open: async () => ({ channel: new RedisChannel('announcements', connect), close: async () => {} }),
  cut: () => server.restart('kept'),
  hold: () => proxy.hold(),
  release: () => proxy.release('gone'),
  stop: async () => {
    await proxy.stop();
    await server.stop();
  },
});
