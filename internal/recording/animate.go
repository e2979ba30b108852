package recording

import (
	"fmt"
	"strings"
	"time"
)

// footer is the height of the line below the screen with keys and captions.
const footer = 30

// picture is a drawn part of the film: a row, or the line below the screen. It is shown during some of
// the shots.
type picture struct {
	svg   string
	shown []bool // for each shot
}

// SVG draws the film as an animation that repeats. Below the screen are the keys and captions. A
// viewer that does not animate, or whose user prefers no motion, shows the poster, which is the shot
// with that index.
//
// A row is drawn once for each content that it has in the film. Its group is visible in the shots with
// that content, by an animation of CSS whose times are shares of the length of the film.
func (f *Film) SVG(poster int) string {
	var b strings.Builder
	height := f.Rows*cellHeight + footer
	open(&b, f.Columns, height)
	b.WriteString(styles)
	pictures := f.pictures()
	names := f.animations(&b, pictures)
	frame(&b, f.Columns, height)
	fmt.Fprintf(&b, `<path d="M0 %d H%d" stroke="%s" stroke-opacity=".4"/>`+"\n", margin+f.Rows*cellHeight+4, f.Columns*cellWidth+2*margin, palette[8])
	for i, p := range pictures {
		if names[i] == "" {
			b.WriteString(p.svg)
			continue
		}
		class := "a " + names[i]
		if p.shown[poster] {
			class += " p"
		}
		fmt.Fprintf(&b, "<g class=%q>%s</g>\n", class, strings.TrimSuffix(p.svg, "\n"))
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// pictures returns the different pictures of the film, in the order of the rows.
func (f *Film) pictures() []*picture {
	var all []*picture
	for y := range f.Rows + 1 {
		found := map[string]*picture{}
		keys, caption := "", ""
		for i, shot := range f.Shots {
			var svg string
			if y < f.Rows {
				svg = draw(shot.Frame[y], y)
			} else {
				if shot.Keys != "" || shot.Caption != "" {
					keys, caption = shot.Keys, shot.Caption
				}
				svg = f.legend(keys, caption)
			}
			if svg == "" {
				continue
			}
			if found[svg] == nil {
				found[svg] = &picture{svg, make([]bool, len(f.Shots))}
				all = append(all, found[svg])
			}
			found[svg].shown[i] = true
		}
	}
	return all
}

// legend draws the line below the screen.
func (f *Film) legend(keys, caption string) string {
	var b strings.Builder
	x, y := margin, margin+f.Rows*cellHeight+footer-8
	if keys != "" {
		width := (len([]rune(keys)) + 2) * cellWidth
		fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%d" height="%d" rx="4" fill="%s" fill-opacity=".35"/>`+"\n", x, y-baseline-2, width, cellHeight+3, palette[8])
		fmt.Fprintf(&b, `<text x="%d" y="%d" textLength="%d" class="b" fill="%s">%s</text>`+"\n", x+cellWidth, y, width-2*cellWidth, palette[3], escape(keys))
		x += width + cellWidth
	}
	if caption != "" {
		fmt.Fprintf(&b, `<text x="%d" y="%d" textLength="%d">%s</text>`+"\n", x, y, len([]rune(caption))*cellWidth, escape(caption))
	}
	return b.String()
}

// animations writes the animations of the pictures, and returns their names. A picture that is always
// shown has none.
func (f *Film) animations(b *strings.Builder, pictures []*picture) []string {
	names, known := make([]string, len(pictures)), map[string]string{}
	fmt.Fprintf(b, "<style>.a{visibility:hidden;animation:%.2fs step-end infinite}.p{visibility:visible}\n", f.Length().Seconds())
	for i, p := range pictures {
		frames, always := f.keyframes(p.shown)
		if always {
			continue
		}
		name, found := known[frames]
		if !found {
			name = fmt.Sprintf("k%d", len(known))
			known[frames] = name
			fmt.Fprintf(b, "@keyframes %s{%s}.%s{animation-name:%s}\n", name, frames, name, name)
		}
		names[i] = name
	}
	b.WriteString("@media (prefers-reduced-motion:reduce){.a{animation:none}}</style>\n")
	return names
}

// keyframes returns when a picture becomes visible and hidden.
func (f *Film) keyframes(shown []bool) (frames string, always bool) {
	var b strings.Builder
	var at time.Duration
	always = true
	for i, now := range shown {
		always = always && now
		if i == 0 || now != shown[i-1] {
			value := "hidden"
			if now {
				value = "visible"
			}
			fmt.Fprintf(&b, "%.4g%%{visibility:%s}", 100*at.Seconds()/f.Length().Seconds(), value)
		}
		at += f.Shots[i].For
	}
	return b.String(), always
}
