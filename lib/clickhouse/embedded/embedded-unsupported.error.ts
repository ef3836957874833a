import { EventSourcingError } from '../../errors/event-sourcing.error.js';

/**
 * Thrown when embedded ClickHouse has no binary for this machine. Run a ClickHouse server and name it by `url`.
 *
 * @publicApi
 */
export class EmbeddedUnsupportedError extends EventSourcingError {
  readonly code = 'EMBEDDED_UNSUPPORTED';
  readonly kind = 'permanent';

  /** @param platform such as `win32-x64` or `linux-x64-musl` */
  constructor(readonly platform: string) {
    super(
      `Embedded ClickHouse has no binary for ${platform}; there are some for Linux with glibc and for macOS, on x64 and arm64. ` +
        "Run a ClickHouse server instead and name it: clickhouse({ url: 'http://localhost:8123' }).",
    );
  }
}
