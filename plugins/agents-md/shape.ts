/** What a token after `@` looks like: a path with a file ending, one without, a name that may be a file's, or neither. */
export type Shape = 'file' | 'path' | 'name' | 'other'

const documents =
  'md|mdx|markdown|mdc|txt|rst|adoc|json|jsonc|json5|ya?ml|toml|xml|csv|ini|cfg|conf|env|lock|html?'
const programs =
  'js|jsx|mjs|cjs|ts|tsx|mts|cts|py|rb|go|rs|java|kt|swift|c|h|cc|cpp|hpp|cs|php|sh|bash|zsh|ps1|sql|css|scss|vue|svelte|graphql|proto|tf'
const documentEnding = new RegExp(`[^/]\\.(?:${documents})$`, 'i')
const programEnding = new RegExp(`[^/]\\.(?:${programs})$`, 'i')
const rooted = /^(?:\.{1,2}|~)\//

/**
 * Tells paths from handles (`@name`), package scopes (`@types/node`, `@vercel/next.js`), decorators (`@pytest.mark`) and
 * addresses. `alone` says that the token is all that its line holds: then three segments without an ending are a path too.
 */
export function shapeOf(target: string, alone: boolean): Shape {
  if (/^[A-Za-z][A-Za-z0-9+.-]+:|^\/\/|[()=]/.test(target)) return 'other'
  if (documentEnding.test(target)) return 'file'
  if (target.endsWith('/')) return 'other'
  const isProgram = programEnding.test(target)
  if (rooted.test(target)) return isProgram ? 'file' : 'path'
  const slashes = target.split('/').length - 1
  if (target.startsWith('/') || slashes === 0) return 'name'
  if (isProgram && (slashes > 1 || !target.endsWith('.js'))) return 'file'
  return alone && slashes > 1 ? 'path' : 'name'
}
