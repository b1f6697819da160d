/**
 * A path as a tool writes it, relative to the folder of the project; undefined for one outside it. Addresses of files
 * (`file:///…`) are understood, paths that lead out are not followed.
 */
export function placeIn(path: string, folder: string): string | undefined {
  const plain = path.startsWith('file://') ? decode(path.slice('file://'.length)) : path
  const below =
    folder !== '' && plain.startsWith(`${folder}/`)
      ? plain.slice(folder.length + 1)
      : plain.replace(/^(?:\.\/)+/, '')
  return /^(?:[/\\~]|[A-Za-z]:|\.\.(?:\/|$))|\/\.\.(?:\/|$)|[\0\n]/.test(below) || below === ''
    ? undefined
    : below
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
