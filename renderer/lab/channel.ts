/** One connection to the lab: messages both ways until it closes. */
export interface Channel {
  post(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Called once, when no message will come any more. */
  onClose(listener: () => void): void;
  close(): void;
}

/** Opens a connection; rejects when the lab cannot be reached. */
export type OpenChannel = () => Promise<Channel>;
