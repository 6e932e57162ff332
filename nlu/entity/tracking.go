package entity

import "strings"

// Carriers is the shape of the tracking numbers of common carriers, for
// Options.Tracking: parcels of the world's postal services (UPU S10, RR123456785CN)
// and UPS (1Z and 16 letters or digits), both with their check digit, and SF,
// JD, YTO, JT, Deppon, STO, ZTO and Yunda by their prefix and length.
const Carriers = `[A-Z]{2}\d{9}[A-Z]{2}|1Z[0-9A-Z]{16}|SF\d{12,15}|JD[A-Z]{0,2}\d{11,13}|YT\d{13}|JT\d{13}|DPK\d{12}|(?:77|88|55|22|66|99)\d{13}|7[3-9]\d{12}|4[36]\d{13}`

// tracking reads a tracking number that ends at j; w is in upper case.
func (c *scan) tracking(i, j int, w string) bool {
	if c.x.tracking == nil || !c.x.tracking.MatchString(w) {
		return false
	}
	switch {
	case len(w) == 13 && isLetter(w[0]) && isLetter(w[1]) && isLetter(w[11]) && isLetter(w[12]) && !postal(w[2:11]),
		len(w) == 18 && strings.HasPrefix(w, "1Z") && !ups(w[2:]):
		return false // mistyped, or something else
	}
	c.add(i, j, rankDocument, Entity{Type: TypeTracking, Value: w})
	return true
}

// postal verifies the check digit of a postal item (UPU S10: eight digits with
// weights, then the check).
func postal(d string) bool {
	sum := 0
	for i, weight := range []int{8, 6, 4, 2, 3, 5, 9, 7} {
		if !isDigit(d[i]) {
			return false
		}
		sum += int(d[i]-'0') * weight
	}
	check := 11 - sum%11
	switch check {
	case 10:
		check = 0
	case 11:
		check = 5
	}
	return int(d[8]-'0') == check
}

// ups verifies the check digit of the fifteen characters before it: letters
// count as 2 for A, 3 for B and so on, every second character twice.
func ups(s string) bool {
	sum := 0
	for i := range 15 {
		v := int(s[i] - '0')
		if isLetter(s[i]) {
			v = (int(s[i]-'A') + 2) % 10
		}
		sum += v * (1 + i%2)
	}
	return isDigit(s[15]) && int(s[15]-'0') == (10-sum%10)%10
}
