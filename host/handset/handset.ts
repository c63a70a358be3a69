// What a handset is to the program: something that shows what the phone says and gives back what the person does.
import type { Picture } from "../calls.ts"

/** What one of the lab's servers does now. */
export type LabState = "up" | "crashed" | "silent" | "503"

/** A server of the lab as it is shown. */
export type LabLine = {
  name: string
  at: string
  /** As the zone has it: priority and weight. */
  share: string
  state: LabState
  /** Whether the phone is registered there, as the server sees it. */
  registered: boolean
}

export type LogKind = "note" | "sip" | "dns" | "warning" | "event" | "command" | "reply"

export type Handset = {
  display(picture: Picture): void
  /** One line for the person: what the phone logs, tells or answers. */
  line(kind: LogKind, text: string): void
  event(name: string, text: string): void
  /** A whole reply to a command. */
  reply(code: number, text: string): void
  /** The lab's servers, after each change. */
  lab(servers: readonly LabLine[]): void
  /** Gives the terminal back. */
  close(): void
}

/** What the person can do. */
export type Actions = {
  key(key: string): void
  command(line: string): void
  /** Changes server n of the lab, counted from 1; "up" brings it back. */
  setLab(server: number, state: LabState): void
  /** Somebody of the lab calls the phone. */
  callMe(): void
  /** Unregisters and ends; a second time ends at once. */
  quit(): void
}
