// Where the installed ripgrep is.
import { rgPath } from '@vscode/ripgrep'

console.log(JSON.stringify({ ms: 0, path: rgPath }))
