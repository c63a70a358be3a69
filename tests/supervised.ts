// What both supervisors must do, host/supervisor.ts and board/supervisor.c: steps, and what happens at each. A phone over them only says what becomes of it; an
// input that begins with "poison" is a trap. `pass` is for so many milliseconds.

export type Case = { story: string; steps: ReadonlyArray<readonly [step: string, happens: string]> }

const HIDE_MS = 64 * 500
/** Pauses before a restart, the last of which is kept. */
const PAUSES_MS = [0, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]

const START = ["start", "first opens (cold)"] as const
const TRAPS = "first traps, sockets closed", AGAIN = "first opens (trap) as first was"

/** Nothing until one millisecond before its end, and then this. */
function pause(ms: number, happens: string): Case["steps"] { return ms === 0 ? [["pass 0", happens]] : [[`pass ${ms - 1}`, ""], ["pass 1", happens]] }

export const CASES: readonly Case[] = [
  {
    story: "The input that stopped the core is hidden for 64*T1 (32 s), from its source alone and on any flow (design 3)",
    steps: [
      START, ["datagram on 1 from 1: poison", TRAPS], ["pass 0", AGAIN],
      ["datagram on 2 from 1: poison", ""], ["datagram on 2 from 1: harmless", "first takes harmless"],
      [`pass ${HIDE_MS - 1}`, ""], ["datagram on 1 from 1: poison", ""],
      ["pass 1", ""], ["datagram on 2 from 1: poison", TRAPS], ["pass 1000", AGAIN],
      ["datagram on 2 from 2: poison", TRAPS], ["pass 2000", AGAIN], ["datagram on 2 from 2: poison", ""], ["datagram on 2 from 1: poison", ""],
    ],
  },
  {
    story: "A command that stopped the core is hidden as long, and another one is not",
    steps: [
      START, ["command poison", TRAPS], ["pass 0", AGAIN], ["command poison", ""], ["command status", "first takes status"],
      [`pass ${HIDE_MS - 1}`, ""], ["command poison", ""], ["pass 1", ""], ["command poison", TRAPS],
    ],
  },
  {
    story: "Traps in a row are answered with pauses of 0, 1, 2, 4, 8, 16, 32 and then 60 s each time (design 3)",
    steps: [["its settings are poison", ""], ["start", `first opens (cold), ${TRAPS}`], ...PAUSES_MS.flatMap((ms) => pause(ms, `${AGAIN}, ${TRAPS}`))],
  },
  {
    story: "An instance that lived for five minutes makes the next trap a first one, and one that lived shorter does not",
    steps: [
      START, ["command poison 1", TRAPS], ["pass 300000", AGAIN], ["command poison 2", TRAPS], ["pass 0", AGAIN],
      ["pass 299999", ""], ["command poison 3", TRAPS], ...pause(1000, AGAIN),
    ],
  },
  {
    story: "What comes while there is no instance is lost, as on a phone that starts",
    steps: [
      START, ["command poison", TRAPS], ["command poison again", ""], ["datagram on 1 from 1: too early", ""], ["pass 0", AGAIN],
      ["command poison again", TRAPS], ...pause(1000, AGAIN),
    ],
  },
  {
    story: "Another module whose memory is laid out alike goes on with it, its sockets open, also in a call, and is given what comes next",
    steps: [START, ["a call begins", ""], ["update with layout 1", ""], ["pass 0", "second resumes"], ["datagram on 1 from 1: harmless", "second takes harmless"]],
  },
  {
    story: "Another module whose memory is laid out otherwise waits for the end of the call, and then starts with what was kept",
    steps: [
      START, ["a call begins", ""], ["update with layout 2", ""], ["pass 60000", ""], ["the call ends", ""],
      ["pass 200", "sockets closed, second opens (trap) as first was"],
    ],
  },
  {
    story: "Three traps within a minute go back to the module before, and that one is left no more",
    steps: [
      START, ["update with layout 1", ""], ["pass 0", "second resumes"],
      ["command poison 1", "second traps, sockets closed"], ["pass 2000", "second opens (trap) as second was"],
      ["command poison 2", "second traps, sockets closed"], ["pass 2000", "second opens (trap) as second was"],
      ["command poison 3", "second traps, sockets closed"], ["pass 0", "first opens (trap) as second was"],
      ...[4, 5, 6].flatMap((n) => [[`command poison ${n}`, TRAPS], ["pass 4000", AGAIN]] as const),
    ],
  },
  {
    story: "Three traps in more than a minute are none of a new module's fault",
    steps: [
      START, ["update with layout 1", ""], ["pass 0", "second resumes"],
      ...[1, 2, 3].flatMap((n) => [[`command poison ${n}`, "second traps, sockets closed"], ["pass 31000", "second opens (trap) as second was"]] as const),
    ],
  },
  {
    story: "The user goes back to the module before, and not further",
    steps: [
      START, ["back", "there is none before"], ["update with layout 1", ""], ["pass 0", "second resumes"],
      ["back", ""], ["pass 0", "first resumes"], ["back", "there is none before"],
    ],
  },
]
