import { tokenShapes } from 'heddle'

const masked = '***'
const privateKey =
  '-----BEGIN [A-Z ]{0,20}PRIVATE KEY[^]{0,20000}?(?:-----END [A-Z ]{0,20}PRIVATE KEY-----|$)'
const secretKey = /(?:token|password|passwd|secret|(?:^|[_.-]|api|access|private)key)s?$/i
const secretInText =
  /(?<![\w.-])((?:[\w.-]*(?:token|password|passwd|secret)|(?:[\w.-]*[_.-]|api|access|private)?key)s?["']?[ \t]*[:=][ \t]*)("[^"\n]*"|'[^'\n]*'|[^\s,;&}]+)/gi

/** What looks like a token to its end, so that nothing of it stays. */
const tokenInText = new RegExp(
  tokenShapes
    .map(({ name, pattern }) => (name === 'private-key' ? privateKey : `(?:${pattern})[\\w-]*`))
    .join('|'),
  'g',
)

/**
 * The text with `***` for the values of keys named like a secret (`api_key=…`, `"token": "…"`), and for what has the shape of a
 * known kind of token or is a private key.
 */
export function maskText(text: string): string {
  return text.replace(secretInText, (_, key: string) => `${key}${masked}`).replace(tokenInText, masked)
}

/** Values by name: those of secret names are replaced whole, the others are masked as texts. */
export function maskValues(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, secretKey.test(name) ? masked : maskText(value)]),
  )
}
