// What can go wrong for the person at the command line: a stable exit code and one sentence that says what to do.

/** Every exit code of the program; printed by --help. Codes never change their meaning. */
export const EXITS = {
  ok: { code: 0, meaning: "done, or quit by the user" },
  defect: { code: 1, meaning: "a defect of the program itself; please report what it printed" },
  usage: { code: 2, meaning: "an unknown flag or command, or a value that is not allowed" },
  file: { code: 3, meaning: "a file that cannot be read or written" },
  settings: { code: 4, meaning: "settings that the phone refuses, and no last good ones" },
  port: { code: 5, meaning: "the SIP port is used by another program, or may not be used" },
  build: { code: 6, meaning: "the phone's module or its native engine is not built" },
  differs: { code: 7, meaning: "replay: the outputs differ, or the trace cannot be replayed" },
  lab: { code: 8, meaning: "the lab's servers could not be started" },
  command: { code: 9, meaning: "console: at least one command was refused, or a wait was in vain" },
  sound: { code: 10, meaning: "a sound file that cannot be read or written" },
  update: { code: 11, meaning: "update: the board cannot be reached, does not answer or refuses the module" },
} as const

export type Exit = keyof typeof EXITS

/** An error that is told to the user as it is: its message is one sentence that says what to do. */
export class UserError extends Error {
  readonly exit: Exit

  constructor(exit: Exit, sentence: string) {
    super(sentence)
    this.name = "UserError"
    this.exit = exit
  }
}

/** The exit codes as lines of text. */
export function exitTable(): string {
  return Object.values(EXITS).map(({ code, meaning }) => `  ${code}  ${meaning}`).join("\n")
}

/** What a failed system call means in words, without the path, which the caller knows. */
export function because(error: unknown): string {
  const code = systemCode(error)
  return REASONS[code] ?? (error instanceof Error ? error.message : String(error))
}

/** The system's name of an error, such as ENOENT; empty when it has none. */
export function systemCode(error: unknown): string {
  if (typeof error !== "object" || error === null || !("code" in error)) return ""
  return typeof error.code === "string" ? error.code : ""
}

const REASONS: Record<string, string> = {
  ENOENT: "there is no such file or folder",
  EACCES: "you have no permission",
  EPERM: "the system does not permit it",
  EISDIR: "it is a directory",
  ENOTDIR: "a part of its path is not a directory",
  ENOSPC: "the disk is full",
  EROFS: "the file system is read-only",
  EADDRINUSE: "the port is used by another program",
  EADDRNOTAVAIL: "this machine has no such address",
}
