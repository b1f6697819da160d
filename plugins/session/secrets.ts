const masked = '***'
const secretKey = /(?:token|password|passwd|secret|(?:^|[_.-]|api|access|private)key)s?$/i
const secretInText =
  /(?<![\w.-])((?:[\w.-]*(?:token|password|passwd|secret)|(?:[\w.-]*[_.-]|api|access|private)?key)s?["']?[ \t]*[:=][ \t]*)("[^"\n]*"|'[^'\n]*'|[^\s,;&}]+)/gi

/** The text with the values of keys named like a secret (`api_key=…`, `"token": "…"`) replaced by `***`. */
export function maskText(text: string): string {
  return text.replace(secretInText, (_, key: string) => `${key}${masked}`)
}

/** Values by name: those of secret names are replaced whole, the others are masked as texts. */
export function maskValues(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, secretKey.test(name) ? masked : maskText(value)]),
  )
}
