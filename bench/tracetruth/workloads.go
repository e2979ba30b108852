package main

// workload is a program with its preparation; both are scripts of sh, executed in a new home.
type workload struct {
	name, needs   string
	setup, script string
}

var workloads = []workload{
	{
		"coreutils", "", "mkdir a b; for i in 1 2 3 4 5; do echo $i >a/$i; done; ln -s a cur",
		"cp -a a c; mv c/1 c/one; rm c/2; ln c/3 c/three; ln -sfn b cur; echo x >cur/x; ln -sfn a cur; echo y >cur/y; touch -d 2001-01-01 a/4; chmod 600 a/5; mkdir -p d/e/f; rmdir d/e/f; truncate -s 9 a/3; mktemp -p . >/dev/null; install -m 755 a/1 inst; split -b 1 a/1; dd if=a/1 of=dd 2>/dev/null; sed -i s/1/2/ a/1; tee t <a/1 >/dev/null; mkfifo p; rm -f none",
	},
	{"tar cp mv", "tar", "mkdir s; for i in 1 2 3 4 5 6 7 8 9; do mkdir s/$i; echo $i >s/$i/f; done", "tar cf t.tar s; mkdir x; tar xf t.tar -C x; cp -al s hard; cp -a --reflink=auto s ref; rm -r ref/4; mv ref moved; rm -r moved/3; tar xf t.tar -C x"},
	{"rsync", "rsync", "mkdir s d; echo 1 >s/k; echo 2 >d/gone; touch -d 2001-01-01 s d", "rsync -a --delete s/ d/; echo 3 >s/n; rsync -a s/ d/; rsync -a --link-dest=$PWD/d s/ e/"},
	{"git", "git", "", "git init -q r; cd r; git config user.email a@b; git config user.name a; echo 1 >f; git add f; git commit -qm a; git branch b; echo 2 >f; git stash -q; git stash pop -q; git commit -qam b; git gc -q; git worktree add -q ../w b; cd ..; git clone -q r c; cd c; git checkout -q -b x; git tag t"},
	{"npm", "npm", "mkdir -p lib app; echo '{\"name\":\"lib\",\"version\":\"1.0.0\",\"bin\":{\"tool\":\"t.js\"}}' >lib/package.json; echo '#!/usr/bin/env node' >lib/t.js; echo '{\"name\":\"app\",\"version\":\"1.0.0\"}' >app/package.json", "cd lib; npm pack --silent --offline; cd ../app; npm install --silent --offline --no-audit --no-fund ../lib/lib-1.0.0.tgz"},
	{"node", "node", "", "node -e \"const f=require('fs').promises;(async()=>{await f.mkdir('a/b',{recursive:true});await f.writeFile('a/b/c','x');await f.rename('a/b/c','a/d');await f.symlink('d','a/l');await f.chmod('a/d',0o600);const h=await f.open('a/d','r');await h.chmod(0o700);await h.close();await f.rm('a/b',{recursive:true})})()\""},
	{"javac java", "javac", "printf 'public class A{public static void main(String[] a)throws Exception{java.nio.file.Files.writeString(java.nio.file.Path.of(\"out\"),\"x\");}}' >A.java", "javac A.java; java -Duser.home=$HOME -Djava.io.tmpdir=$HOME A"},
	{"vim", "vim", "echo one >f", "vim -es -u NONE -c 'set backup undofile' -c 's/one/two/' -c wq f || true; vim -es -u NONE -c 'normal ihello' -c 'w new' -c 'qa!' || true"},
	{"gpg", "gpg", "mkdir -m 700 .gnupg", "gpg --batch --quiet --passphrase '' --quick-gen-key 'a <a@b>' ed25519; echo x >f; gpg --batch --quiet --detach-sign f; gpgconf --kill all"},
	{"ssh-keygen", "ssh-keygen", "", "ssh-keygen -q -t ed25519 -N '' -f k; ssh-keygen -q -p -N new -P '' -f k; printf 'h %s\\n' \"$(cut -d' ' -f1,2 k.pub)\" >known; ssh-keygen -q -H -f known >/dev/null 2>&1; ssh-keygen -R h -f known >/dev/null 2>&1"},
	{"python", "python3", "", "python3 -c \"\nimport sqlite3,os,mmap,shelve,multiprocessing,logging.handlers,tempfile\nc=sqlite3.connect('db');c.execute('pragma journal_mode=wal');c.execute('create table t(a)');c.execute('insert into t values(1)');c.commit()\nopen('m','wb').write(b'x'*4096)\nf=open('m','r+b');m=mmap.mmap(f.fileno(),4096);m[0:1]=b'y';m.close()\nos.link('m','m2');os.replace('m2','m3');os.remove('m3')\ns=shelve.open('sh');s['a']=1;s.close()\nh=logging.handlers.RotatingFileHandler('log',maxBytes=10,backupCount=2)\nfor i in range(5): h.emit(logging.makeLogRecord({'msg':'hello'}))\nwith multiprocessing.get_context('fork').Pool(2) as p: p.map(os.mkdir,['p%d'%i for i in range(9)])\nwith tempfile.TemporaryDirectory(dir='.') as d: open(d+'/f','w').close()\n\""},
	{"python venv", "python3", "", "python3 -m venv --without-pip v; v/bin/python -c 'import json,email'"},
	{"perl", "perl", "", "perl -MFile::Temp -e 'my $t=File::Temp->new(DIR=>\".\");print $t 1;open F,\">a\";close F;rename \"a\",\"b\";symlink \"b\",\"l\";utime 1,1,\"b\";mkdir \"d\";opendir D,\"d\";open G,\">d/g\";truncate G,5;close G;unlink \"d/g\"'"},
	{"sqlite", "sqlite3", "", "sqlite3 db 'create table t(a); insert into t values(1); vacuum;'; sqlite3 db 'pragma journal_mode=wal; insert into t values(2);' >/dev/null; sqlite3 db '.backup copy'"},
	{"go build", "go", "mkdir m; printf 'module m\\ngo 1.21\\n' >m/go.mod; printf 'package main\\nfunc main() {}\\n' >m/main.go", "cd m; CGO_ENABLED=0 go build -o out ."},
	{"make -j", "make gcc", "for i in 1 2 3 4 5 6 7 8; do echo \"int f$i;\" >f$i.c; done; printf 'all: $(patsubst %%.c,%%.o,$(wildcard *.c))\\n\\tar rc lib.a $^\\n' >Makefile", "make -s -j8"},
	{"bwrap", "bwrap", "mkdir data; echo o >data/old", "bwrap --ro-bind /usr /usr --symlink usr/bin /bin --symlink usr/lib /lib --symlink usr/lib64 /lib64 --proc /proc --dev /dev --bind $PWD/data /mnt --tmpfs /scratch sh -c 'echo x >/mnt/new; mv /mnt/old /mnt/moved; echo y >/scratch/z; mkdir /mnt/d; echo z >/mnt/d/f'"},
	{"unshare bind tmpfs", "unshare", "mkdir a b; echo 1 >a/f", "unshare -Urm sh -ec 'mount --bind a b; echo x >b/new; rm b/f; mount -t tmpfs t a; echo y >a/hidden; echo z >outside'"},
	{"overlay", "unshare", "mkdir lo up wk mg; echo l >lo/low; echo m >lo/ch", "unshare -Urm sh -ec 'mount -t overlay o -o lowerdir=lo,upperdir=up,workdir=wk,userxattr mg; echo k >mg/new; echo c >>mg/ch; mkdir mg/d; echo s >mg/d/s'"},
	{"pivot_root", "unshare pivot_root", "mkdir -p n/mnt", "unshare -Urm sh -ec 'mount --bind n n; cd n; mkdir old; echo p >pre; pivot_root . old; echo x >/in; echo y >/old'$PWD'/via'"},
	{"chroot", "root chroot", "mkdir -p r/bin; cp /bin/busybox r/bin/ 2>/dev/null || cp -L /bin/sh r/bin/; mkdir -p r/lib/x86_64-linux-gnu r/lib64; cp -L /lib/x86_64-linux-gnu/libc.so.6 r/lib/x86_64-linux-gnu/; cp -L /lib64/ld-linux-x86-64.so.2 r/lib64/ || true; ln -sf sh r/bin/s", "chroot r /bin/sh -c 'echo x >/top; cd /lib; echo y >rel'"},
	{"zsh", "zsh", "", "zsh -c 'HISTFILE=h; SAVEHIST=9; HISTSIZE=9; print -s one; fc -W; autoload -U compinit; compinit -d dump; zcompile dump' || true"},
	{"fish", "fish", "", "fish -c 'set -U a b; echo x >f; abbr -a g git; funcsave fish_greeting 2>/dev/null; true'"},
	{"apt-get dpkg-deb", "dpkg-deb", "mkdir -p p/DEBIAN p/usr; printf 'Package: p\\nVersion: 1\\nArchitecture: all\\nMaintainer: a\\nDescription: d\\n' >p/DEBIAN/control; echo x >p/usr/f", "dpkg-deb -b p p.deb >/dev/null; dpkg-deb -x p.deb x; dpkg-deb -e p.deb e"},
	{"postgres", "user initdb pg_ctl", "", "initdb -D pg -A trust >/dev/null; pg_ctl -D pg -w -o \"-k $PWD -h ''\" -l log start >/dev/null; psql -h $PWD -d postgres -qc 'create table t(a int); insert into t values(1)' -c vacuum >/dev/null; pg_ctl -D pg -w -m fast stop >/dev/null"},
	{"cargo", "cargo", "mkdir -p c/src; printf '[package]\\nname=\"c\"\\nversion=\"0.1.0\"\\nedition=\"2021\"\\n' >c/Cargo.toml; echo 'fn main(){}' >c/src/main.rs", "cd c; CARGO_HOME=$HOME/cargo cargo build -q --offline"},
	{"redis", "redis-server redis-cli", "", "redis-server --unixsocket $PWD/s --port 0 --daemonize yes --dir $PWD --appendonly yes --pidfile $PWD/pid --logfile $PWD/log >/dev/null; i=0; until redis-cli -s s set a 1 >/dev/null 2>&1 || [ $i = 100 ]; do sleep 0.1; i=$((i+1)); done; redis-cli -s s save >/dev/null; redis-cli -s s bgrewriteaof >/dev/null; sleep 0.5; redis-cli -s s shutdown"},
	{"chromium", "chromium-headless-shell", "", "chromium-headless-shell --no-sandbox --user-data-dir=$PWD/prof --dump-dom about:blank >/dev/null 2>&1"},
	{"emacs", "emacs", "", "emacs -Q --batch --eval '(progn (find-file \"f.txt\") (insert \"one\") (save-buffer) (insert \"two\") (save-buffer) (write-region \"(setq a 1)\" nil \"e.el\") (byte-compile-file \"e.el\"))' 2>/dev/null"},
	{"nano", "nano script", "echo one >f", "{ sleep 1; printf 'x\\017\\r'; sleep 1; printf '\\030'; } | TERM=xterm script -qec 'nano -B f' /dev/null >/dev/null"},
	{"ffmpeg", "ffmpeg", "", "ffmpeg -v quiet -f lavfi -i testsrc=d=1:s=64x64 -c:v mpeg4 a.mp4; ffmpeg -v quiet -i a.mp4 -c copy -f hls -hls_time 1 l.m3u8; ffmpeg -v quiet -i a.mp4 -vf fps=5 p%d.png"},
	{"ruby", "ruby", "", "ruby -rpstore -rfileutils -rtempfile -e 's=PStore.new(\"st\"); s.transaction{s[1]=2}; s.transaction{s[3]=4}; File.write(\"a\",\"x\"); FileUtils.mv(\"a\",\"b\"); Dir.mkdir(\"d\"); Tempfile.create(\"t\",\".\"){|f| f.puts 1}; File.rename(\"d\",\"e\")'"},
	{"xz gzip zip", "xz gzip", "seq 1 10000 >a; seq 1 10000 >b; seq 1 100 >c", "xz a; gzip b; gzip -k c; gunzip b.gz; xz -d a.xz"},
	{"find sort patch", "find patch diff", "for i in 1 2 3; do echo $i >f$i; done; cp f1 g1; echo x >>g1; diff -u f1 g1 >d || true", "find . -name 'f2' -delete; sort -o f3 f3; patch -s f1 d; find . -name g1 -exec mv {} h1 ';'"},
	{"no symlink any more", "", "mkdir rel1 rel2; ln -s rel1 current; echo 1 >real; ln -s real l", "echo a >current/a; ln -s rel2 new; mv -T new current; echo b >current/b; echo 2 >l; rm l"},
	{"daemon", "python3", "", "python3 -c \"\nimport os,time\nif os.fork(): os._exit(0)\nos.setsid()\ntime.sleep(0.3)\nopen('late','w').write('x')\n\""},
}
