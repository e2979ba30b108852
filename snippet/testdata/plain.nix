{
  user.persistence = {
    directories = [
      ".config/foo"
      ".local/share/My App"
    ];
    files = [ ".bar" ];
  };

  host.persistence = {
    directories = [
      {
        directory = "/var/lib/bar";
        mode = "0700";
        user = "alice";
        group = "users";
      }
      "/var/lib/foo"
    ];
    files = [ "/etc/foo.conf" ];
  };
}
