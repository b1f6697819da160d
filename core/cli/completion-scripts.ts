/**
 * What each shell sources. None of them evaluates what was typed or offered, and words are split at blanks alone, for `@` and `:`
 * belong to references. Files complete where Heddle has nothing to offer.
 */
export const completionScripts: Readonly<Record<string, string>> = {
  bash: String.raw`# completion of heddle for bash: source <(heddle completion bash)
_heddle() {
  local line=${'$'}{COMP_LINE:0:COMP_POINT} current value rest index prefix=
  local -a typed
  read -ra typed <<<"$line"
  [[ $line == *[[:space:]] ]] && typed+=("")
  current=${'$'}{typed[${'$'}{#typed[@]}-1]}
  # readline replaces only what stands behind the last of these characters
  for ((index = ${'$'}{#current} - 1; index >= 0; index--)); do
    if [[ $COMP_WORDBREAKS == *"${'$'}{current:index:1}"* ]]; then
      prefix=${'$'}{current:0:index+1}
      break
    fi
  done
  COMPREPLY=()
  while IFS=$'\t' read -r value rest; do
    [[ $value == "$current"* ]] && COMPREPLY+=("${'$'}{value#"$prefix"}")
  done < <(command heddle complete -- "${'$'}{typed[@]:1}" 2>/dev/null)
}
complete -o bashdefault -o default -F _heddle heddle
`,
  zsh: String.raw`#compdef heddle
# completion of heddle for zsh: heddle completion zsh > a folder of $fpath, as _heddle; or source <(heddle completion zsh)
_heddle() {
  local line
  local -a described
  while IFS= read -r line; do
    described+=("${'$'}{${'$'}{line%%$'\t'*}//:/\\:}:${'$'}{line#*$'\t'}")
  done < <(command heddle complete -- "${'$'}{(@)words[2,CURRENT]}" 2>/dev/null)
  if (( ${'$'}{#described} )); then
    _describe heddle described
  else
    _files
  fi
}
if [[ ${'$'}{funcstack[1]} == _heddle ]]; then
  _heddle "$@"
else
  compdef _heddle heddle
fi
`,
  fish: String.raw`# completion of heddle for fish: heddle completion fish > ~/.config/fish/completions/heddle.fish
function __heddle_complete
  set -l typed (commandline -opc)
  set -l current (commandline -ct)
  test (count $current) -eq 0; and set current ''
  command heddle complete -- $typed[2..-1] $current 2>/dev/null
end
complete -c heddle -a '(__heddle_complete)'
`,
}
