/** What the desktop window has beside the lab. */

/** What the desktop window offers its page beside the lab itself; a browser has none of it. */
export interface DesktopBridge {
  /** Asks for a place on disk and writes the file there; false when the user thought better of it. */
  saveFile(name: string, type: string, data: Uint8Array): Promise<boolean>;
  openFile(filters: { name: string; extensions: string[] }[]): Promise<{ name: string; text: string } | null>;
  /** Path of a folder or file to import. */
  pickPath(kind: 'folder' | 'file'): Promise<string | null>;
  showFolder(path: string): Promise<void>;
  /** A share between 0 and 1 for the task bar, or null for none. */
  setProgress(share: number | null): void;
  notify(title: string, text: string): void;
  /** Commands chosen from the menu, by the id they have in the palette; returns how to stop listening. */
  onCommand(listener: (id: string) => void): () => void;
  /** Tells the menu which commands there are. */
  setCommands(commands: readonly MenuCommand[]): void;
  /** Asks for a port to the lab; it arrives as a message `{type: 'lab:port', nonce}` to the window itself. */
  requestPort(nonce: string): void;
  restartLab(): Promise<void>;
}

export interface MenuCommand {
  readonly id: string;
  readonly label: string;
  readonly menu: string;
  /** As the platform's accelerators are written, for example `CmdOrCtrl+K`. */
  readonly shortcut: string | null;
  readonly enabled: boolean;
}
