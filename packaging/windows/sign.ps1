# SPDX-License-Identifier: GPL-2.0-only
# Signs the driver package in this folder for a Windows machine in test mode, and makes its catalogs,
# which only Windows can make. It has never been run. Documentation/windows.md.
#
#   powershell -ExecutionPolicy Bypass -File sign.ps1
#
# A certificate is made once, and trusted by this machine until it is removed:
#   certutil -delstore Root "alsa-wavert test"; certutil -delstore TrustedPublisher "alsa-wavert test"
#Requires -RunAsAdministrator
$ErrorActionPreference = 'Stop'
$subject = 'CN=alsa-wavert test'
$folder = $PSScriptRoot

$certificate = Get-ChildItem Cert:\LocalMachine\My -CodeSigningCert |
	Where-Object { $_.Subject -eq $subject } | Select-Object -First 1
if (-not $certificate) {
	$certificate = New-SelfSignedCertificate -Type CodeSigningCert -Subject $subject `
		-CertStoreLocation Cert:\LocalMachine\My -HashAlgorithm SHA256
}
$file = Join-Path $env:TEMP 'alsa-wavert-test.cer'
Export-Certificate -Cert $certificate -FilePath $file | Out-Null
foreach ($store in 'Root', 'TrustedPublisher') {
	Import-Certificate -FilePath $file -CertStoreLocation "Cert:\LocalMachine\$store" | Out-Null
}
Remove-Item $file

function Add-Signature($path) {
	$result = Set-AuthenticodeSignature -FilePath $path -Certificate $certificate -HashAlgorithm SHA256
	if ($result.Status -ne 'Valid') {
		throw "$path was not signed: $($result.StatusMessage)"
	}
}

# The image first: the catalogs have its hash. Each package has a folder of its own.
Add-Signature (Join-Path $folder 'wavertmini.sys')
$inf2cat = Get-ChildItem "${env:ProgramFiles(x86)}\Windows Kits\10\bin" -Recurse -Filter Inf2Cat.exe `
	-ErrorAction SilentlyContinue | Select-Object -Last 1
foreach ($name in 'wavertsim', 'wavertpci') {
	$package = Join-Path $folder $name
	New-Item -ItemType Directory -Force $package | Out-Null
	Copy-Item (Join-Path $folder 'wavertmini.sys'), (Join-Path $folder "$name.inf") $package
	$catalog = Join-Path $package "$name.cat"
	Remove-Item $catalog -ErrorAction SilentlyContinue
	if ($inf2cat) {
		& $inf2cat.FullName "/driver:$package" /os:10_X64
		if ($LASTEXITCODE -ne 0) {
			throw "Inf2Cat refused $package"
		}
	} else {
		New-FileCatalog -Path $package -CatalogFilePath $catalog -CatalogVersion 2.0 | Out-Null
	}
	Add-Signature $catalog
}
Write-Host "Signed. Now: bcdedit /set testsigning on, and restart."
