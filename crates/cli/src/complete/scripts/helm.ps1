# PowerShell completion for helm

Register-ArgumentCompleter -Native -CommandName 'helm' -ScriptBlock {
    param($WordToComplete, $CommandAst, $CursorPosition)

    # The words up to the cursor; the last one is empty where the cursor stands behind a space.
    $Words = @()
    foreach ($Element in $CommandAst.CommandElements) {
        if ($Element.Extent.StartOffset -ge $CursorPosition) { break }
        $Words += $Element.Extent.Text.Trim('"', "'")
    }
    $Program = $Words[0]
    $Typed = @($Words | Select-Object -Skip 1)
    if ($WordToComplete -eq '') {
        # Older versions drop empty arguments of programs unless they are quoted.
        if ($PSVersionTable.PSVersion -lt [version]'7.3.0') { $Typed += '""' } else { $Typed += '' }
    }

    $Before = $env:HELM_ACTIVE_HELP
    $env:HELM_ACTIVE_HELP = '0'
    $Answer = @(& $Program '@REQUEST@' @Typed 2>$null)
    $env:HELM_ACTIVE_HELP = $Before
    if ($Answer.Count -eq 0) { return }

    $Directive = 0
    if (-not [int]::TryParse($Answer[-1].TrimStart(':'), [ref]$Directive)) { return }
    # Errors, and filters for files and folders, are left to the shell.
    if ($Directive -band 25) { return }

    # What is completed may be the value behind the = of a flag.
    $Start = ''
    $Value = $WordToComplete
    if ($WordToComplete -match '^(-[^=]*=)(.*)$') {
        $Start = $Matches[1]
        $Value = $Matches[2]
    }
    $Space = if ($Directive -band 2) { '' } else { ' ' }

    $Found = foreach ($Line in ($Answer | Select-Object -SkipLast 1)) {
        $Name, $Text = $Line.Split("`t", 2)
        if (-not $Name -or -not $Name.StartsWith($Value)) { continue }
        if (-not $Text) { $Text = $Name }
        [System.Management.Automation.CompletionResult]::new("$Start$Name", $Name, 'ParameterValue', $Text)
    }
    if (-not ($Directive -band 32)) { $Found = $Found | Sort-Object ListItemText }
    if ($Found) {
        # The only completion is followed by a space, unless something is to follow at once.
        if (@($Found).Count -eq 1) {
            $Only = @($Found)[0]
            return [System.Management.Automation.CompletionResult]::new(
                $Only.CompletionText + $Space, $Only.ListItemText, 'ParameterValue', $Only.ToolTip)
        }
        return $Found
    }
    # An empty answer, and not no answer, keeps the shell from completing files.
    if ($Directive -band 4) { return '' }
}
