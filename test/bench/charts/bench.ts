/** What the page under load can be asked to do. */
export interface ChartBench {
  /** Makes records of so many runs with so many steps each. */
  prepare(count: number, length: number): void;
  /** Milliseconds from the records of so many steps to the picture. */
  draw(length: number): Promise<number>;
  /** Milliseconds for each of so many changes of the part that is shown. */
  zoom(times: number): Promise<number[]>;
  /** More steps at so many updates a second. */
  live(updates: number, perSecond: number, more: number): Promise<void>;
}
