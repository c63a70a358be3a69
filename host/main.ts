// The program: reads the command line and does what it says.
import { fstatSync, readFileSync } from "node:fs"
import { createInterface } from "node:readline"
import { realClock } from "./clock.ts"
import { importContacts, readContacts } from "./contacts.ts"
import { EXITS, UserError, type Exit } from "./errors.ts"
import type { Machine } from "./calls.ts"
import type { Actions, Handset } from "./handset/handset.ts"
import { plainHandset } from "./handset/plain.ts"
import { terminalHandset } from "./handset/terminal.ts"
import { LAB_ACCOUNTS, labDefaults, startLab, type Lab } from "./lab/lab.ts"
import { helpText } from "./help.ts"
import { drawLadder } from "./ladder/draw.ts"
import { makeLoader, otherLoader, type Loader } from "./loader.ts"
import { defaultSettingsFile, readOptions, type Options, type Override } from "./options.ts"
import { runProgram } from "./program.ts"
import { exportSettings, formatNamed, giveOut, importSettings, storeAt } from "./provision/command.ts"
import { readTrace } from "./recording.ts"
import { linesOf, replay } from "./replay.ts"
import { run } from "./run.ts"
import { microphoneOf } from "./sound/microphone.ts"
import { speakerOf } from "./sound/speaker.ts"
import { keptSettings, withOverrides } from "./settings.ts"
import { fileStore, isSameFile, valueIn, watchedStore, type Store } from "./store.ts"
import { fileTrace } from "./trace.ts"
import { updateBoard } from "./update.ts"

const say = (line: string): void => { process.stdout.write(`${line}\n`) }
const note = (line: string): void => { process.stderr.write(`${line}\n`) }

/** Whoever reads our output may stop reading (linehunt ... | head): a phone unregisters then, and anything else is done. */
let unread = (): void => { process.exit(EXITS.ok.code) }

async function main(args: readonly string[]): Promise<Exit> {
  const options = readOptions(args, (line) => note(`linehunt: ${line}`))
  switch (options.command) {
    case "help": process.stdout.write(helpText(options.words)); return "ok"
    case "version": return version(options)
    case "replay": return replayFile(options)
    case "ladder": return drawLadder(options)
    case "contacts": return importFile(options)
    case "settings-import": return settingsImport(options)
    case "settings-export": return settingsExport(options)
    case "update": return updateBoard({ line: options.line, file: options.file, input: process.stdin, say, note })
    case "console": case "phone": return phone(options)
  }
}

function version(options: Options): Exit {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string }
  const { module, hash, abi, engine } = makeLoader(options.engine)
  if (options.json) say(JSON.stringify({ version, module: hash, bytes: module.length, interface: abi, engine, node: process.versions.node }))
  else say(`linehunt ${version}, module ${hash.slice(0, 12)} of ${module.length} bytes, interface ${abi}, engine ${engine}, node ${process.versions.node}`)
  return "ok"
}

function replayFile(options: Options): Exit {
  const text = readTrace(options.file)
  const { load, hash } = makeLoader(options.engine)
  const others = options.modules.map((path) => otherLoader(options.engine, path))
  const other = (wanted: string): Loader["load"] | undefined => others.find((each) => each.hash === wanted)?.load
  const verdict = replay({ text, name: options.file, load, module: hash, other, password: options.password, known: Object.values(LAB_ACCOUNTS), warn: note })
  for (const line of options.json ? [JSON.stringify(verdict)] : linesOf(verdict)) say(line)
  return verdict.same ? "ok" : "differs"
}

/** Into the settings of the phone, or of the lab's phone where no account is kept. */
function importFile(options: Options): Exit {
  const loader = makeLoader(options.engine)
  const { store, kept } = settingsFor(options, loader)
  const { text, taken, left } = importContacts(kept, readContacts(options.file), () => loader.load(undefined))
  store.write(text)
  for (const { name, number } of taken) say(`${name} ${number}`)
  for (const line of left) note(`not taken: ${line}`)
  note(`${taken.length} of ${taken.length + left.length} contacts are in ${store.path}.`)
  return left.length === 0 ? "ok" : "command"
}

function settingsImport(options: Options): Exit {
  importSettings(options.file, fileStore(options.settingsFile ?? defaultSettingsFile(process.env)), fresh(options), { say, note })
  return "ok"
}

function settingsExport(options: Options): Exit {
  const load = fresh(options), store = storeAt(options.settingsFile ?? defaultSettingsFile(process.env), load, note)
  giveOut(exportSettings(formatNamed(options.as), options.template, store, load, note), options.out, process.stdout.isTTY === true, note)
  return "ok"
}

function fresh(options: Options): () => Machine {
  const { load } = makeLoader(options.engine)
  return () => load(undefined)
}

/** Why nothing can be drawn here; undefined when it can. */
function whyNoScreen(): string | undefined {
  if (!process.stdin.isTTY) return "stdin is no terminal"
  if (!process.stdout.isTTY) return "stdout is no terminal"
  return process.env["TERM"] === "dumb" ? "this terminal cannot place what is written (TERM is dumb)" : undefined
}

async function phone(options: Options): Promise<Exit> {
  const loader = makeLoader(options.engine)
  const piped = options.command === "console"
  const missing = whyNoScreen(), terminal = !piped && missing === undefined
  const { store, kept, useLab } = settingsFor(options, loader)
  checkTraceFile(options, store)
  if (!piped && !terminal) note(`linehunt: ${missing}, so there is no screen: this is the console, which takes commands from stdin and goes on after the last.`)
  let changed = (): void => {}
  let warn = note, unkept = false
  const lab = useLab ? await startLab(realClock.now, () => changed()) : undefined
  try {
    const given: Override[] = options.password === undefined ? [] : [{ name: "password", value: options.password, flag: "--password-file" }]
    const settings = withOverrides(kept, [...lab === undefined ? [] : [...lab.settings, ...labDefaults((name) => valueIn(kept, name) !== "")], ...options.overrides, ...given], () => loader.load(undefined))
    const trace = options.traceFile === undefined ? undefined
      : fileTrace(options.traceFile, loader.module, loader.abi, loader.engine, (line) => note(line))
    const exit = await run({
      loader, settings, lab, trace,
      store: watchedStore(store, () => { unkept = true }),
      dns: options.dns.length > 0 || lab === undefined ? options.dns : [lab.dns],
      json: options.json,
      microphone: microphoneOf(options.mic, (line) => warn(line)),
      speaker: speakerOf(options.speaker, (line) => warn(line)),
      // The log pane of the terminal shows the DNS traffic as well.
      firstCommands: terminal ? ["dns log on"] : [],
      lines: terminal ? undefined : createInterface({ input: process.stdin, crlfDelay: Infinity }),
      endsWithLines: piped,
      handset(actions, lab) {
        const handset = terminal ? inTerminal(actions, title(lab)) : plainHandset({ out: say, error: note, json: options.json, time: clockTime })
        giveBackAtExit(handset, actions)
        warn = (line) => handset.line("warning", line)
        return handset
      },
      onLab(show) { changed = show },
    })
    // Nobody may have read the warning of a phone whose commands came from a pipe.
    return piped && unkept && exit === "ok" ? "file" : exit
  } finally {
    lab?.close()
  }
}

/** A trace replaces what its file held. Throws UserError when that would be the settings. */
function checkTraceFile({ traceFile, settingsFile }: Options, store: Store): void {
  if (traceFile === undefined || ![settingsFile ?? store.path, store.path].some((path) => isSameFile(path, traceFile))) return
  throw new UserError("usage", `The trace would take the place of the settings in ${traceFile}; choose another file with --trace FILE.`)
}

type SettingsFor = { store: Store; kept: Uint8Array; useLab: boolean }

/** The lab has settings of its own, so that it never touches those of a real account. */
function settingsFor(options: Options, { load }: Loader): SettingsFor {
  const path = options.settingsFile ?? defaultSettingsFile(process.env)
  const read = (store: Store): Uint8Array => keptSettings(store, () => load(undefined), note)
  const given = options.overrides.some(({ name, value }) => (name === "domain" || name === "server") && value !== "")
  const store = storeAt(path, () => load(undefined), note)
  if (given && options.lab) throw new UserError("usage", "--lab has a domain of its own; leave out either --lab or the domain and server.")
  if (given) {
    const kept = read(store)
    const hasUser = options.overrides.some(({ name }) => name === "user") || valueIn(kept, "user") !== ""
    if (!hasUser) throw new UserError("usage", "An account needs its user: add --user NAME, or --set user=NAME.")
    return { store, kept, useLab: false }
  }
  const kept = options.lab ? new Uint8Array(0) : read(store)
  if (valueIn(kept, "domain") !== "") return { store, kept, useLab: false }
  if (!options.lab && (options.password !== undefined || options.overrides.some(({ name }) => name === "user"))) {
    throw new UserError("usage", "An account needs its domain: add --domain NAME, or leave --user and --password-file out to use the lab.")
  }
  const own = options.settingsFile === undefined ? fileStore(`${path}.lab`) : store
  return { store: own, kept: read(own), useLab: true }
}

function inTerminal(actions: Actions, text: string): Handset {
  return terminalHandset({
    input: process.stdin, output: process.stdout, actions, environment: process.env, title: text, time: clockTime,
    soon: (then) => setTimeout(then, 15),
    suspend: () => process.kill(process.pid, "SIGSTOP"),
  })
}

function title(lab: Lab | undefined): string { return lab === undefined ? "Linehunt" : "Linehunt lab" }

const clockTime = (): string => new Date().toTimeString().slice(0, 8)

/** Whatever ends the program, the terminal is as it was; signals end it as q does. */
function giveBackAtExit(handset: Handset, actions: Actions): void {
  process.once("exit", () => handset.close())
  process.once("uncaughtExceptionMonitor", () => handset.close())
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => actions.quit())
  unread = () => {
    unread = () => {}
    actions.quit()
  }
}

/** Whether the log goes where the replies go (2>&1). */
function isOnePipe(): boolean {
  const [out, error] = [fstatSync(1), fstatSync(2)]
  return out.ino === error.ino && out.dev === error.dev
}

process.stdout.on("error", () => unread())
// The log alone may stay unread; where it goes into the same pipe as the replies, these are unread with it, and none may come for long.
process.stderr.on("error", () => { if (isOnePipe()) unread() })
await runProgram("linehunt", main)
