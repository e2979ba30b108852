# The program, its manual pages and its completions.
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

  # What is no input of the build shall not start it anew. All Go files stay, tests included,
  # because vendorHash is that of all they import. lib.fileset would read better, but needs
  # Nix 2.14.
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

  # Written by scripts/vendor-hash.sh, which CI holds against go.sum.
  vendorHash = lib.fileContents ./vendor-hash;

  subPackages = [ "." ];
  env.CGO_ENABLED = 0;
  ldflags = [
    "-s"
    "-w"
    "-X github.com/DaRacci/list-ephemeral/internal/cli.linkedVersion=${finalAttrs.version}"
  ];

  # The tests of these packages need nothing but Go. The others hold the program against fd, Nix,
  # strace and jq, draw on terminals, trace, mount and make namespaces, which a build sandbox
  # forbids in part: scripts/test.sh runs them all.
  checkPhase = ''
    runHook preCheck
    go test ./internal/known ./internal/octal ./internal/printable ./internal/truepath
    runHook postCheck
  '';

  nativeBuildInputs = [ installShellFiles ];

  # The licences go with the binary. Completions and manual pages are printed by the program
  # itself, where it can run.
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
