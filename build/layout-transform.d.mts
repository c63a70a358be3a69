// Types for layout-transform.mjs, which is plain JavaScript as the compiler loads it.
export function stampsOfTexts(texts: Readonly<Record<string, string>>): { layout: number; keepLayout: number }
