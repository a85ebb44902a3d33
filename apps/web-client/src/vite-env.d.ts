interface ImportMetaEnv {
  /** The server that the page is for, where it is not the one that delivers the page. */
  readonly VITE_SERVER_URL?: string;
}
