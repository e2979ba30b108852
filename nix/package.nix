# The program with its manual pages and shell completions.
{
  lib,
  stdenv,
  buildGoModule,
  installShellFiles,
  version ? "0-unstable",
}:
buildGoModule (finalAttrs: {
  pname = "list-ephemeral";
  inherit version;

  # Files that are not inputs of the build are removed, so that changing them causes no rebuild. All
  # Go files are kept, tests included, because vendorHash covers everything that they import.
  # lib.fileset would be easier to read, but requires Nix 2.14.
  src = lib.cleanSourceWith {
    src = ../.;
    filter =
      path: type:
      let
        name = lib.removePrefix "${toString ../.}/" (toString path);
        at = place: name == place || lib.hasPrefix "${place}/" name;
      in
      lib.cleanSourceFilter path type
      && !(builtins.any at [
        ".ci"
        ".github"
        "dist"
        "docs"
        "flake.lock"
        "list-ephemeral"
        "vendor"
      ])
      && (at "nix" || at "scripts" -> type == "directory" || lib.hasSuffix ".go" name)
      && name != "flake.nix"
      && name != ".git"; # a file in a worktree of git, which cleanSourceFilter keeps
  };

  # Written by scripts/vendor-hash.sh. CI checks it against go.sum.
  vendorHash = lib.fileContents ./vendor-hash;

  subPackages = [ "." ];
  env.CGO_ENABLED = 0;
  ldflags = [
    "-s"
    "-w"
    "-X github.com/DaRacci/list-ephemeral/internal/cli.linkedVersion=${finalAttrs.version}"
  ];

  # The tests of these packages need only Go. The others compare the program with fd, Nix, strace
  # and jq, use terminals, trace, mount, and create namespaces. A build sandbox forbids some of
  # that. scripts/test.sh runs all tests.
  checkPhase = ''
    runHook preCheck
    go test ./internal/known ./internal/octal ./internal/printable ./internal/truepath
    runHook postCheck
  '';

  nativeBuildInputs = [ installShellFiles ];

  # The licences are installed with the binary. The program itself prints the completions and manual
  # pages, so they are installed only if it can run on the build platform.
  postInstall = ''
    install -Dm444 -t $out/share/doc/list-ephemeral LICENSE THIRD_PARTY_LICENSES
  ''
  + lib.optionalString (stdenv.buildPlatform.canExecute stdenv.hostPlatform) ''
    installShellCompletion --cmd list-ephemeral \
      --bash <($out/bin/list-ephemeral completion bash) \
      --zsh <($out/bin/list-ephemeral completion zsh) \
      --fish <($out/bin/list-ephemeral completion fish)
    $out/bin/list-ephemeral man man
    installManPage man/*.1
  '';

  meta = {
    description = "Find what the next reboot wipes, and write the Nix that keeps it";
    homepage = "https://github.com/DaRacci/list-ephemeral";
    license = lib.licenses.mit;
    mainProgram = "list-ephemeral";
    platforms = lib.platforms.linux;
  };
})
