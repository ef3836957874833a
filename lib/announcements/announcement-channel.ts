/** How announcements come to other processes. @publicApi */
export interface AnnouncementChannel {
  /** Tells every process that listens, this one included; at most 7,900 bytes. Rejects when it could not be told. */
  publish(message: string): Promise<void>;

  /**
   * Listens until it is closed, and connects again whenever the connection was lost. Called at most once.
   *
   * @param onListening called whenever it begins to listen: what was told before was missed
   */
  listen(onMessage: (message: string) => void, onListening: () => void): void;

  /** Bounded in time. */
  close(): Promise<void>;
}
