// What all settings of a phone are once its profile and its file are read: asked of the phone itself.
import { BOOT, type MakePhone } from "./phone.ts"

type Shown = { readonly settings: readonly { readonly name: string, readonly value: string | number }[] }

/** Values by name. */
export function knobsOf(make: MakePhone, settings: string): Record<string, string | number> {
  const phone = make()
  let reply = ""
  const drain = (): void => {
    for (let output; (output = phone.output()) !== undefined;) if (output.kind === "reply") reply += output.text
  }
  phone.entropy(new Uint8Array(48))
  drain()
  phone.open(settings, BOOT.cold, 0)
  drain()
  phone.command("cfg show --json", 0)
  drain()
  return Object.fromEntries((JSON.parse(reply) as Shown).settings.map(({ name, value }) => [name, value]))
}
