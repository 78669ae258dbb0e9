/** How a database is opened. */
export type OpenOptions = {
  databaseUrl: string;
  /** False: it stays at the schema it has, for a look. */
  isToMigrate: boolean;
  /** Called once, with a sentence, when a server does not answer yet and is waited for. */
  onWaiting(sentence: string): void;
};
