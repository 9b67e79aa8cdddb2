package bot
import ("testing";"fmt";"os";"strings")
func TestAttack(t *testing.T){
 n,form:=readNotice(t)
 data,_:=os.ReadFile("/tmp/attack.txt")
 for _,s:=range strings.Split(string(data),"\n"){ if s==""{continue}
  c:=strings.SplitN(s,"|",2)
  fmt.Printf("%s | %s | %s\n",c[0],c[1],readCell(n,form,c[0],strings.ReplaceAll(c[1],`\n`,"\n")))
 }}
