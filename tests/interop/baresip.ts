// Real baresip phones on loopback addresses: they register, call and answer as a user would, and record what they hear.
import { createConnection, type Socket } from "node:net"
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { findProgram, start, temporaryFolder, until, type Running } from "./process.ts"

/** What a suite that uses baresip needs: program -> package. */
export const BARESIP_PROGRAMS = { baresip: "baresip-core" } as const

const MODULES = "/usr/lib/baresip/modules"

export type BaresipOptions = {
  readonly address: string
  readonly user: string
  readonly domain: string
  readonly password: string
  /** Where it sends everything, as address:port. */
  readonly proxy: string
  /** Hz of the tone that it says. */
  readonly tone?: number
  /** Whether it answers by itself. */
  readonly answers?: boolean
  /** More parameters of the account, each with a semicolon before it. */
  readonly account?: string
}

/** A phone. */
export type Baresip = {
  readonly process: Running
  /** A command of its menu, such as "dial" with "6001", "accept", "hangup", "hold", "resume", "transfer"; its reply as text. */
  command(command: string, params?: string): Promise<string>
  /** Events that it has told, such as CALL_ESTABLISHED, oldest first. */
  events(): readonly string[]
  /** What it has heard so far, one recording per call and codec, oldest first: mono samples at 8000 Hz. */
  heard(): Int16Array[]
  stop(): Promise<void>
}

/** Starts a baresip and waits until it is registered. Takes about 0.5 s. */
export async function startBaresip(options: BaresipOptions): Promise<Baresip> {
  const folder = temporaryFolder(), recordings = join(folder, "heard")
  mkdirSync(recordings)
  writeConfiguration(folder, recordings, options)
  const running = start(`baresip ${options.user}`, findProgram("baresip") ?? "baresip", ["-f", folder, "-p", folder], folder)
  const control = await connect(options.address, running)
  const phone: Baresip = {
    process: running,
    command: (command, params = "") => control.ask(command, params),
    events: () => control.events,
    heard: () => recordingsIn(recordings),
    stop: async () => {
      control.close()
      await running.stop()
    },
  }
  await until(`baresip ${options.user} is registered`, 8000, () => running.lines.some(line => line.includes("200 OK")), running)
  return phone
}

/** How loud `hz` is among all that the samples are, 0 to 1: 1 is a pure tone of that frequency. Goertzel's algorithm. */
export function shareOf(samples: Int16Array, hz: number): number {
  const coefficient = 2 * Math.cos(2 * Math.PI * hz / 8000)
  let one = 0, two = 0, energy = 0
  for (const sample of samples) {
    const next = sample + coefficient * one - two
    two = one
    one = next
    energy += sample * sample
  }
  const power = one * one + two * two - coefficient * one * two
  return energy === 0 ? 0 : 2 * power / (samples.length * energy)
}

function writeConfiguration(folder: string, recordings: string, options: BaresipOptions): void {
  const tone = join(folder, "tone.wav")
  writeFileSync(tone, toneFile(options.tone ?? 440))
  const modules = ["g711.so", "aufile.so", "sndfile.so", "uuid.so"]
  writeFileSync(join(folder, "config"), `poll_method epoll
sip_listen ${options.address}:5060
call_local_timeout 120
call_max_calls 4
snd_path ${recordings}
audio_player aufile,/dev/null
audio_source aufile,${tone}
audio_alert aufile,/dev/null
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
rtp_ports 10000-19999
jitter_buffer_delay 2-10
net_interface ${options.address}
module_path ${MODULES}
${modules.map(name => `module ${name}`).join("\n")}
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen ${options.address}:4444
`)
  const parameters = [
    `;auth_pass="${options.password}";outbound="sip:${options.proxy};transport=udp"`,
    `;answermode=${options.answers === false ? "manual" : "auto"};audio_codecs=PCMU/8000/1,PCMA/8000/1${options.account ?? ""}`,
  ]
  writeFileSync(join(folder, "accounts"), `<sip:${options.user}@${options.domain};transport=udp>${parameters.join("")}\n`)
  writeFileSync(join(folder, "contacts"), "")
  writeFileSync(join(folder, "uuid"), `12345678-0000-4000-8000-${options.user.padStart(12, "0")}`)
}

/** A minute of a tone as a WAV file: mono, 16 bits, 8000 Hz. */
function toneFile(hz: number): Buffer {
  const samples = 60 * 8000, file = Buffer.alloc(44 + 2 * samples)
  file.write("RIFF", 0, "latin1")
  file.writeUInt32LE(file.length - 8, 4)
  file.write("WAVEfmt ", 8, "latin1")
  file.writeUInt32LE(16, 16)
  file.writeUInt16LE(1, 20)
  file.writeUInt16LE(1, 22)
  file.writeUInt32LE(8000, 24)
  file.writeUInt32LE(16000, 28)
  file.writeUInt16LE(2, 32)
  file.writeUInt16LE(16, 34)
  file.write("data", 36, "latin1")
  file.writeUInt32LE(2 * samples, 40)
  for (let i = 0; i < samples; i++) file.writeInt16LE(Math.round(8000 * Math.sin(2 * Math.PI * hz * i / 8000)), 44 + 2 * i)
  return file
}

/** The samples of every recording of what came in ("dec": decoded), by the time that they were begun. */
function recordingsIn(folder: string): Int16Array[] {
  return readdirSync(folder).filter(name => name.endsWith("-dec.wav")).sort().map(name => {
    const bytes = readFileSync(join(folder, name)).subarray(44)
    return new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + (bytes.length & ~1)))
  })
}

// -- Its control socket: netstrings that hold JSON

type Control = { readonly events: string[], ask(command: string, params: string): Promise<string>, close(): void }

async function connect(address: string, running: Running): Promise<Control> {
  let socket: Socket | undefined
  await until("baresip listens for commands", 5000, async () => {
    socket = await open(address)
    return socket !== undefined
  }, running)
  const events: string[] = [], replies: string[] = []
  let rest = Buffer.alloc(0)
  const take = (): void => {
    for (;;) {
      const colon = rest.indexOf(":")
      const length = Number(rest.subarray(0, Math.max(colon, 0)).toString("latin1"))
      if (colon < 0 || rest.length < colon + length + 2) return
      const told = JSON.parse(rest.subarray(colon + 1, colon + 1 + length).toString("utf8")) as { event?: boolean, type?: string, data?: string }
      rest = rest.subarray(colon + length + 2)
      if (told.event) events.push(told.type ?? "")
      else replies.push(told.data ?? "")
    }
  }
  socket?.on("data", piece => { rest = Buffer.concat([rest, piece]); take() })
  return {
    events,
    close: () => socket?.destroy(),
    ask: async (command, params) => {
      const before = replies.length, text = JSON.stringify({ command, params, token: "t" })
      socket?.write(`${Buffer.byteLength(text)}:${text},`)
      await until(`baresip replies to ${command}`, 3000, () => replies.length > before, running)
      return replies[before] ?? ""
    },
  }
}

function open(address: string): Promise<Socket | undefined> {
  return new Promise(resolve => {
    const socket = createConnection(4444, address)
    socket.once("connect", () => resolve(socket))
    socket.once("error", () => resolve(undefined))
  })
}
