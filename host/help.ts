// What the program can be told: its commands, their flags, and what --help says of them.
import { exitTable } from "./errors.ts"
import { HELP_FLAG, helpOf, type Flag, type Flags } from "./flags.ts"

const ACCOUNT = {
  domain: { value: "NAME", help: "the domain that is asked for its servers, such as example.com; no port" },
  user: { value: "NAME", help: "the extension" },
  "password-file": { value: "FILE", help: "a file that holds one line, the password; it is never taken from the command line" },
  set: { value: "NAME=VALUE", help: "any other setting, such as --set sip_retry_t1=100; may be repeated" },
  port: { value: "N", help: "the UDP port of the phone, 0 to 65535; 0 takes any free one" },
} as const satisfies Flags

const PLACES = {
  dns: { value: "IP[:PORT]", help: "ask this DNS server instead of the system's; may be repeated" },
  zone: { value: "FILE", help: "what this zone file says is so, whatever DNS says: setting records; its zone is the domain, unless --domain says another" },
  settings: {
    value: "FILE",
    help: "keep the settings here instead of ${XDG_CONFIG_HOME:-~/.config}/linehunt/settings; a settings file of a real phone\n"
      + "is used as it is, and what changes is kept beside it",
  },
  lab: { help: "use the lab, although a domain is kept in the settings" },
} as const satisfies Flags

const SOUND = {
  mic: { value: "WHAT", help: "FILE.wav (again and again), tone:440, silence, or cmd:COMMAND; silence is the default" },
  speaker: {
    value: "WHAT",
    help: `FILE.wav (all that is heard), cmd:COMMAND, or none, the default
A command gives or takes raw samples: 16 bits, little-endian, 8000 a second, mono. On Linux for example:
  --mic "cmd:arecord -q -t raw -f S16_LE -r 8000 -c 1" --speaker "cmd:aplay -q -t raw -f S16_LE -r 8000 -c 1"
with sox: cmd:rec -q -t raw -e signed -b 16 -r 8000 -c 1 -    cmd:play -q -t raw -e signed -b 16 -r 8000 -c 1 -`,
  },
} as const satisfies Flags

const RUNNING = {
  engine: { value: "wasm3|v8", help: "what runs the phone's module; wasm3 is the default and what a board has" },
  trace: { value: "FILE", help: "record every call and every output; passwords are sealed" },
  json: { help: "console: replies, events and log lines as JSON, one per line; ladder, replay: the whole as one document" },
  ...HELP_FLAG,
  version: { help: "versions of the program and of the phone" },
} as const satisfies Flags

const PROVISION = {
  as: { value: "KIND", help: "snom, snom-xml, fanvil (Baker's too) or versity" },
  template: { value: "FILE", help: "change this file, which keeps all that is not ours; else the one that was imported, else a new one" },
  out: { value: "FILE", help: "write it here, readable by you alone, instead of to stdout" },
} as const satisfies Flags

const MODULES = {
  module: { value: "FILE", help: "replay: the module that took the place of the first one; may be repeated" },
} as const satisfies Flags

const LADDER = {
  svg: { value: "FILE", help: "a drawing in this file instead of text on the terminal" },
  from: { value: "TIME", help: "only what happened from this time of the trace on: 30s, 1.5s, 250ms, 5m or 2h" },
  to: { value: "TIME", help: "only what happened up to this time" },
  "sip-only": { help: "messages of SIP and what they changed; no DNS, sound, commands or network" },
  width: { value: "N", help: "characters in a line, 60 to 400; as many as suits when it is not said" },
} as const satisfies Flags

/** Every flag of every command. */
export const FLAGS = { ...ACCOUNT, ...PLACES, ...SOUND, ...RUNNING, ...PROVISION, ...MODULES, ...LADDER } as const satisfies Flags
export type FlagName = keyof typeof FLAGS

const WHERE: Flag = {
  value: "WHERE",
  help: "a serial device such as /dev/ttyUSB0 (115200 baud), a local socket, or HOST:PORT of a board's console;\nwhat is typed meanwhile goes to the board",
}

const { engine, help } = RUNNING, json: Flag = { help: "the whole as one JSON document" }
const ALWAYS = { engine, help }
const PHONE = { ...ACCOUNT, ...PLACES, ...SOUND, ...RUNNING }
const STORED = { ...ALWAYS, settings: PLACES.settings }

/** The first words of a command line, what may stand behind them, what that does, and its flags. */
type Usage = { readonly words: string; readonly behind: string; readonly does: string; readonly flags: Flags }

const USAGES: readonly Usage[] = [
  { words: "console", behind: "[flags]", does: "no screen: console commands from stdin, replies to stdout", flags: PHONE },
  {
    words: "contacts import", behind: "FILE", does: "takes names and numbers from a CSV or vCard file into the phone book",
    flags: { ...STORED, ...ACCOUNT, lab: PLACES.lab, zone: PLACES.zone },
  },
  { words: "settings import", behind: "FILE", does: "takes a settings file of a Snom, Baker, Fanvil or Versity phone", flags: STORED },
  { words: "settings export", behind: "--as KIND", does: "gives the settings as such a file", flags: { ...STORED, ...PROVISION } },
  {
    words: "replay", behind: "FILE [flags]", does: "feeds a recorded trace to a fresh phone and compares every byte",
    flags: { ...ALWAYS, json, "password-file": ACCOUNT["password-file"], ...MODULES },
  },
  { words: "update", behind: "--port WHERE FILE", does: "sends another module of the phone to a board, over its console", flags: { port: WHERE, help } },
  { words: "ladder", behind: "FILE [flags]", does: "draws a recorded trace: who sent what to whom, and what changed", flags: { ...LADDER, json, help } },
]

/** The commands by their first words. */
export const COMMANDS: readonly string[] = [...new Set(USAGES.map(({ words }) => words.split(" ")[0] ?? ""))]

/** The flags that a command takes; the phone's own for no command. */
export function flagsOf(words: readonly string[]): Flags { return usagesOf(words)[0]?.flags ?? PHONE }

/** Those whose words these are the beginning of, or that are the beginning of these. */
function usagesOf(words: readonly string[]): readonly Usage[] {
  const alike = USAGES.filter((usage) => usage.words.split(" ")[0] === words[0])
  const exact = alike.filter((usage) => usage.words.split(" ").every((word, i) => words[i] === word))
  return exact.length > 0 ? exact : alike
}

/** What --help says behind these words; of everything where they are no command. */
export function helpText(words: readonly string[]): string {
  const usages = usagesOf(words)
  if (usages.length === 0) return whole()
  return usages.map(({ words, behind, does, flags }) => `linehunt ${words} ${behind}\n${does}\n\n${helpOf(flags)}\n`).join("\n") + (words[0] === "console" ? `\n${LINES}\n` : "")
}

const LINES = `Lines that console takes besides the phone's own (try: help)
  wait EVENT [SECONDS]  reads no further until the event: LOCATED REGISTERED MOVED UNREGISTERED ... (10 s);
                        REGISTERED: until it is registered; wait --line 2 EVENT: of that line
  update [FILE|back]    takes another module of the phone while it runs, or the one before; alone says which runs
  lab                   the lab's servers; lab crash|silence|503|back N changes server N;
                        lab call [NUMBER]: one of its people (600 to 604, all can be dialled) calls the phone
  quit                  unregisters and ends`

function whole(): string {
  const parts: [string, Flags][] = [
    ["The account", ACCOUNT], ["Where things are", PLACES], ["Sound", SOUND], ["How it runs", RUNNING], ["Settings files of real phones", PROVISION], ["Modules", MODULES],
    ["What a ladder shows", LADDER],
  ]
  return `linehunt: a SIP phone that finds the call server that answers

Usage
  npm start                          the phone and a lab of three servers, all in this terminal
  npm start -- --domain example.com --user 6001 --password-file FILE
                                     the same phone against real servers
${USAGES.map(({ words, behind, does }) => `  ${`linehunt ${words} ${behind}`.padEnd(34)} ${does}`).join("\n")}
  linehunt COMMAND --help            the flags of that command
  (linehunt stands for: npx linehunt)

${parts.map(([title, flags]) => `${title}\n${helpOf(flags)}`).join("\n\n")}
  update                WHERE is ${WHERE.help.replace("\n", `\n${" ".repeat(24)}`)}

${LINES}

Exit codes
${exitTable()}
`
}
