/** What `--record` and its like say. */
export interface RecordOptions {
  /** Made where it does not exist. */
  readonly folder: string;
  /** A file that has become so large is followed by another; bytes. Default 64 MiB. */
  readonly fileBytes?: number;
  /** All captures in the folder together; the oldest go. Bytes, default 1 GiB. */
  readonly totalBytes?: number;
  /** Whether secrets are written as they are; default false. It is stamped in each file. */
  readonly reveal?: boolean;
}

export const recordDefaults = { fileBytes: 64 * 1024 * 1024, totalBytes: 1024 * 1024 * 1024 };
